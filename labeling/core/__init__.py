"""What every package stands on: workflow, registries, lists, HTTP. No models, no domain words."""
