"""What every package stands on: the workflow, registries, lists and HTTP. No models, no domain words."""
