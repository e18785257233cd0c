"""Human work: batches, jobs, their items and annotations, comments and history."""
