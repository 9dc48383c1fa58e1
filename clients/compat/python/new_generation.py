"""Calls operations with the new generation of Alibaba Cloud's Python clients.

Reads one JSON object a line on stdin: `{"calls": [...]}` (`Call` in ../client-process.ts); several calls of a line
are made at the same time. Writes `{"answers": [...]}`.
"""
import importlib

from calls import serve

try:
    from alibabacloud_tea_openapi.utils_models import Config
except ImportError:  # Older versions.
    from alibabacloud_tea_openapi.models import Config

PACKAGES = {
    "Ims": "alibabacloud_ims20190815",
    "Ram": "alibabacloud_ram20150501",
    "Sts": "alibabacloud_sts20150401",
    "Actiontrail": "alibabacloud_actiontrail20200706",
}


def methods_of(client):
    """Method names by the operation's name in lower case: `getoidcprovider` is `get_oidcprovider`."""
    return {name.replace("_", ""): name for name in dir(client) if not name.startswith("_")}


def config_of(call):
    key = call["key"]
    settings = {
        "access_key_id": key["accessKeyId"],
        "access_key_secret": key["accessKeySecret"],
        "endpoint": call["endpoint"],
        "protocol": call["protocol"],
    }
    if key.get("securityToken"):
        settings["security_token"] = key["securityToken"]
        settings["type"] = "sts"
    if call.get("trust") == "client":
        settings["ca"] = call["certificate"]
    return Config(**settings)


def call_once(call):
    package = PACKAGES.get(call["product"])
    if package is None:
        return {"absent": "operation"}
    try:
        config = config_of(call)
    except TypeError:  # Older versions do not have all fields.
        return {"absent": "ca"}
    client = importlib.import_module(f"{package}.client").Client(config)
    models = importlib.import_module(f"{package}.models")
    method = methods_of(client).get(call["action"].lower())
    if method is None:
        return {"absent": "operation"}
    arguments = []
    request_class = getattr(models, f"{call['action']}Request", None)
    if request_class is not None:
        request = request_class().from_map(call["structured"])
        # Fields that this version of the client does not have are dropped without an error.
        for name in call["structured"]:
            if name not in request.to_map():
                return {"absent": name}
        arguments.append(request)
    elif call["structured"]:
        return {"absent": ", ".join(call["structured"])}
    try:
        response = getattr(client, method)(*arguments)
    except Exception as error:  # Typed errors are what is under test.
        return {
            "error": {
                "type": type(error).__name__,
                "code": str(getattr(error, "code", "") or ""),
                "status": getattr(error, "status_code", None)
                or getattr(error, "statusCode", None)
                or (getattr(error, "data", None) or {}).get("statusCode"),
                "message": str(error),
            }
        }
    return {"body": response.body.to_map()}


serve(call_once)
