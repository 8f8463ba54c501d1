"""What the tests share: spaces, servers, histories, crashes."""
