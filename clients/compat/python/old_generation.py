"""Calls operations with the old generation of Alibaba Cloud's Python clients; see new_generation.py.

Answers of this generation are text: the driver parses it, and there are no typed fields.
"""
import importlib
import json

import jmespath.parser
from calls import serve
from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.http import protocol_type
from aliyunsdkcore.profile import region_provider

PACKAGES = {
    "Ims": "aliyunsdkims.request.v20190815",
    "Ram": "aliyunsdkram.request.v20150501",
    "Sts": "aliyunsdksts.request.v20150401",
    "Actiontrail": "aliyunsdkactiontrail.request.v20200706",
}
REGION = "cn-hangzhou"


def request_of(call):
    package = PACKAGES.get(call["product"])
    name = f"{call['action']}Request"
    try:
        return getattr(importlib.import_module(f"{package}.{name}"), name)()
    except ModuleNotFoundError:
        return None


def call_once(call):
    # jmespath 0.10, which this client pins, fails on Python 3.11 after 128 different operations.
    jmespath.parser.Parser.purge()
    request = request_of(call)
    if request is None:
        return {"absent": "operation"}
    setters = {name.lower(): name for name in dir(request) if name.startswith("set_")}
    for name, value in call["structured"].items():
        setter = setters.get(f"set_{name}".lower()) or setters.get(f"set_{name}s".lower())
        if setter is None:
            return {"absent": name}
        getattr(request, setter)(value)
    key = call["key"]
    if key.get("securityToken"):
        credential = StsTokenCredential(key["accessKeyId"], key["accessKeySecret"], key["securityToken"])
    else:
        credential = AccessKeyCredential(key["accessKeyId"], key["accessKeySecret"])
    trusted = {"verify": call["certificate"]} if call.get("trust") == "client" else {}
    try:
        client = AcsClient(region_id=REGION, credential=credential, **trusted)
    except TypeError:  # Older versions do not have the argument.
        return {"absent": "verify"}
    if call.get("setting") == "mapping":
        region_provider.add_endpoint(call["product"], REGION, call["endpoint"])
    else:
        request.set_endpoint(call["endpoint"])
    # Compared with `is`: another string "https" is taken for http.
    is_https = call["protocol"] == "https"
    request.set_protocol_type(protocol_type.HTTPS if is_https else protocol_type.HTTP)
    try:
        return {"body": json.loads(client.do_action_with_exception(request))}
    except ServerException as error:
        return {"error": told(error, error.get_http_status())}
    except ClientException as error:
        return {"error": told(error, None)}


def told(error, status):
    return {
        "type": type(error).__name__,
        "code": error.get_error_code(),
        "status": status,
        "message": str(error),
    }


serve(call_once)
