"""Puts key material into an independent Secrets Manager and Parameter Store (moto), by AWS's own client for Python.

Starts moto, prints one line of JSON that says where it is and what was put, and ends when its standard input does.
"""

import base64
import json
import os
import sys

import boto3
from moto.server import ThreadedMotoServer

key = bytes(range(32))
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"


def client(name, region="eu-central-1"):
    return boto3.client(
        name,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


secrets, parameters = client("secretsmanager"), client("ssm")
first = secrets.create_secret(Name="payments/key", SecretBinary=key)
second = secrets.put_secret_value(SecretId="payments/key", SecretString=json.dumps({"key": base64.b64encode(key[::-1]).decode()}))
secrets.create_secret(Name="text", SecretString=key.hex())
secrets.create_secret(Name="deleted", SecretString=key.hex())
secrets.delete_secret(SecretId="deleted", RecoveryWindowInDays=7)
client("secretsmanager", "us-west-2").create_secret(Name="elsewhere", SecretBinary=key)
one = parameters.put_parameter(Name="/payments/key", Value=key.hex(), Type="SecureString")
two = parameters.put_parameter(Name="/payments/key", Value=key[::-1].hex(), Type="SecureString", Overwrite=True)

print(
    json.dumps(
        {
            "url": url,
            "arn": first["ARN"],
            "first": first["VersionId"],
            "second": second["VersionId"],
            "one": str(one["Version"]),
            "two": str(two["Version"]),
        }
    ),
    flush=True,
)
sys.stdin.read()
server.stop()
os._exit(0)
