"""Tagging a large corpus in shards that can be resumed, by processes of one machine or of a cluster."""
