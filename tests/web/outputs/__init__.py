"""Publications, reports and what is missing, as the server shows them."""
