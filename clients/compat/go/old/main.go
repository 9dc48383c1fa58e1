// Calls operations with the old generation of Alibaba Cloud's Go clients, by reflection.
package main

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/endpoints"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/actiontrail"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ims"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ram"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/sts"

	"claviger.clients/compat/calls"
)

const region = "cn-hangzhou"

func main() { calls.Serve(callOnce) }

func clientOf(call calls.Call) (client interface{}, shared *sdk.Client) {
	config := sdk.NewConfig().WithAutoRetry(false)
	var credential auth.Credential = credentials.NewAccessKeyCredential(call.Key.AccessKeyID, call.Key.AccessKeySecret)
	if call.Key.SecurityToken != "" {
		credential = credentials.NewStsTokenCredential(call.Key.AccessKeyID, call.Key.AccessKeySecret, call.Key.SecurityToken)
	}
	switch call.Product {
	case "Ims":
		if made, err := ims.NewClientWithOptions(region, config, credential); err == nil {
			return made, &made.Client
		}
	case "Ram":
		if made, err := ram.NewClientWithOptions(region, config, credential); err == nil {
			return made, &made.Client
		}
	case "Sts":
		if made, err := sts.NewClientWithOptions(region, config, credential); err == nil {
			return made, &made.Client
		}
	case "Actiontrail":
		if made, err := actiontrail.NewClientWithOptions(region, config, credential); err == nil {
			return made, &made.Client
		}
	}
	return nil, nil
}

func callOnce(call calls.Call) calls.Answer {
	client, shared := clientOf(call)
	if client == nil {
		return calls.Answer{Absent: "operation"}
	}
	method := reflect.ValueOf(client).MethodByName(call.Action)
	if !method.IsValid() {
		return calls.Answer{Absent: "operation"}
	}
	request := reflect.New(method.Type().In(0).Elem())
	rpc := &requests.RpcRequest{}
	request.Elem().FieldByName("RpcRequest").Set(reflect.ValueOf(rpc))
	rpc.InitWithApiInfo(call.Product, call.Version, call.Action, call.Product, "openAPI")
	rpc.Method = requests.POST
	rpc.Scheme = call.Protocol
	switch call.Setting {
	case "client":
		shared.Domain = call.Endpoint
	case "mapping":
		if err := endpoints.AddEndpointMapping(region, call.Product, call.Endpoint); err != nil {
			return failed(err)
		}
	default:
		rpc.Domain = call.Endpoint
	}
	for name, value := range call.Structured {
		if !set(request.Elem(), rpc, name, value, call.Parameters) {
			return calls.Answer{Absent: name}
		}
	}
	results := method.Call([]reflect.Value{request})
	if err, ok := results[1].Interface().(error); ok && err != nil {
		return failed(err)
	}
	return calls.Answer{Body: fields(results[0])}
}

// Returns the typed fields only, without the client's own copy of the raw answer.
func fields(response reflect.Value) map[string]interface{} {
	typed := map[string]interface{}{}
	value := response.Elem()
	for at := 0; at < value.NumField(); at++ {
		field := value.Type().Field(at)
		if field.Anonymous {
			continue
		}
		text, err := json.Marshal(value.Field(at).Interface())
		if err != nil {
			continue
		}
		var plain interface{}
		if json.Unmarshal(text, &plain) == nil {
			typed[field.Name] = plain
		}
	}
	return typed
}

// Sets the field whose tag has this name; false if the request has none.
func set(request reflect.Value, rpc *requests.RpcRequest, name string, value interface{}, plain map[string]string) bool {
	for at := 0; at < request.NumField(); at++ {
		field := request.Type().Field(at)
		if field.Tag.Get("name") != name {
			continue
		}
		switch target := request.Field(at); {
		case target.Kind() == reflect.String:
			text, ok := plain[name]
			if !ok {
				text = fmt.Sprint(value)
			}
			target.SetString(text)
		default:
			// A list of structures: the client flattens it as it is named on the wire.
			text, err := json.Marshal(value)
			if err != nil {
				return false
			}
			list := reflect.New(target.Type().Elem())
			if json.Unmarshal(text, list.Interface()) != nil {
				return false
			}
			target.Set(list)
		}
		return true
	}
	return false
}

func failed(err error) calls.Answer {
	failure := &calls.Failure{Type: fmt.Sprintf("%T", err), Message: err.Error()}
	if typed, ok := err.(errors.Error); ok {
		failure.Code = typed.ErrorCode()
		if status := typed.HttpStatus(); status > 0 {
			failure.Status = &status
		}
	}
	return calls.Answer{Error: failure}
}
