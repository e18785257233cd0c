"""The order in which work is done: ranks of batches, who may take which job, leases, skills."""
