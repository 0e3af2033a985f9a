"""The preview, through its front door: a process, files that are saved, events over HTTP, and a browser."""
