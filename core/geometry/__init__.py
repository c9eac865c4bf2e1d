"""Where things lie: windows, fits, slices, components, calipers, surfaces."""
