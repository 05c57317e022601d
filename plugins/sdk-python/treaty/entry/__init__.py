"""What a component exports, for each kind of rule."""
