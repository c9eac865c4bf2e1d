"""Many scans."""
