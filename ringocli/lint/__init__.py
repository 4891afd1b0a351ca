"""What would break? The rules, the engine that runs them, output formats, project settings, editor support."""
