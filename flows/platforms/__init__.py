"""Bringing a platform of one's own: its files looked at, a contract proposed and written, tried, listed, removed."""
