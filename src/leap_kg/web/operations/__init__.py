"""What whoever runs the server needs: starting and stopping, health, metrics, logs."""
