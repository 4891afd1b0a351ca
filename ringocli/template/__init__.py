"""What is a template? The pattern language, variables, the model, the schema, values and settings, presets."""
