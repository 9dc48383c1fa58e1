"""Signs requests with the official Python signers.

Reads one JSON object a line on stdin (`RequestToSign` in packages/signature/test/official-signers.ts) and writes the
request as the client sends it, one JSON object a line: method, target, headers as pairs, body as Base64.
"""
import base64
import hashlib
import json
import sys
from urllib.parse import urlencode

from alibabacloud_openapi_util.client import Client as OpenApiUtil
from alibabacloud_tea_openapi.utils import Utils as TeaOpenApi
from aliyunsdkcore.auth.composer import roa_signature_composer as roa
from aliyunsdkcore.auth.composer import rpc_signature_composer as rpc
from aliyunsdkcore.http import format_type
from aliyunsdkcore.utils import parameter_helper
from darabonba.core import DaraCore
from darabonba.request import DaraRequest
from Tea.core import TeaCore
from Tea.request import TeaRequest

HOST = "ram.example.com"


def without_origin(url):
    return url.split(HOST, 1)[1].removeprefix(":None")


def acs3(one, request, signer, compose):
    body = base64.b64decode(one["body"])
    request.method = one["method"]
    request.protocol = "http"
    request.port = 80
    request.pathname = "/" + "/".join(signer.get_encode_param(part) for part in one["path"])
    request.query = dict(one["query"])
    request.headers = {
        "host": HOST,
        "accept": "application/json",
        "user-agent": "fuzz",
        "x-acs-action": one["action"],
        "x-acs-version": one["version"],
        "x-acs-date": one["date"],
        "x-acs-signature-nonce": one["nonce"],
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        **one["headers"],
    }
    if body:
        request.headers["content-type"] = one["contentType"]
    if one["token"]:
        request.headers["x-acs-accesskey-id"] = one["keyId"]
        request.headers["x-acs-security-token"] = one["token"]
    request.headers["Authorization"] = signer.get_authorization(
        request, "ACS3-HMAC-SHA256", request.headers["x-acs-content-sha256"], one["keyId"], one["secret"]
    )
    return without_origin(compose(request)), request.headers, body


def rpc_1(one):
    parameter_helper.get_iso_8061_date = lambda: one["date"]
    parameter_helper.get_uuid = lambda: one["nonce"]
    parameters = {"Action": one["action"], "Version": one["version"], **dict(one["query"])}
    if one["token"]:
        parameters["SecurityToken"] = one["token"]
    form = dict(one["form"])
    target, _ = rpc.get_signed_url(parameters, one["keyId"], one["secret"], "JSON", one["method"], form)
    headers = {"host": HOST}
    if form:
        headers["content-type"] = "application/x-www-form-urlencoded"
    return target, headers, urlencode(form).encode()


def roa_1(one):
    parameter_helper.get_rfc_2616_date = lambda: one["httpDate"]
    body = base64.b64decode(one["body"])
    headers = {
        "x-acs-signature-nonce": one["nonce"],
        "x-acs-action": one["action"],
        "x-acs-version": one["version"],
        **one["headers"],
    }
    if body:
        headers["Content-MD5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
        headers["Content-Type"] = one["contentType"]
    if one["token"]:
        headers["x-acs-security-token"] = one["token"]
    path = "/" + "/".join(OpenApiUtil.get_encode_param(part) for part in one["path"])
    queries = dict(one["query"])
    headers, _ = roa.get_signature_headers(
        queries, one["keyId"], one["secret"], format_type.JSON, headers, path, None, one["method"]
    )
    return roa.get_url(path, queries, None), {"host": HOST, **headers}, body


SIGNERS = {
    "python openapi-util ACS3": lambda one: acs3(one, TeaRequest(), OpenApiUtil, TeaCore.compose_url),
    "python tea-openapi ACS3": lambda one: acs3(one, DaraRequest(), TeaOpenApi, DaraCore.compose_url),
    "python sdk-core RPC": rpc_1,
    "python sdk-core ROA": roa_1,
}

for line in sys.stdin:
    one = json.loads(line)
    target, headers, body = SIGNERS[one["signer"]](one)
    answer = {
        "method": one["method"],
        "target": target,
        "headers": list(headers.items()),
        "bodyBase64": base64.b64encode(body).decode(),
    }
    print(json.dumps(answer), flush=True)
