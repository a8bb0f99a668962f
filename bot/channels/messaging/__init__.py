"""What the messaging channels share: reading, answering each message once, rendering and sending (docs/channels.md)."""
