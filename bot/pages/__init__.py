"""The pages that the server shows: the readable guide, its treatment map, and the demonstration clinic."""
