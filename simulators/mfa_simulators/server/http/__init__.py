"""HTTP: routes, bodies, cookies and the gateway in front of them."""
