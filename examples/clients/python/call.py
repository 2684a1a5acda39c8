"""A token over mutual TLS, then a call with it over the same certificate. README.md says how to run it."""

import http.client
import json
import os
import ssl
import sys
from urllib.parse import urlencode, urlsplit

env = os.environ
# create_default_context verifies the server and its name.
tls = ssl.create_default_context(cafile=env["CA"])
tls.minimum_version = ssl.TLSVersion.TLSv1_2
tls.load_cert_chain(env["CERT"], env["KEY"])


def send(method, url, body=None, headers={}):
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.netloc, context=tls, timeout=10)
    try:
        connection.request(method, parts.path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    if answer.status != 200:
        sys.exit(f"{url} answers {answer.status}: {text}")
    return text


form = {"grant_type": "client_credentials", "client_id": env["CLIENT_ID"], "resource": env["RESOURCE"]}
form_type = {"Content-Type": "application/x-www-form-urlencoded"}
token = json.loads(send("POST", env["TOKEN_ENDPOINT"], urlencode(form), form_type))
bearer = {"Authorization": "Bearer " + token["access_token"]}
print(send("GET", env["RESOURCE"] + "/orders", headers=bearer))
