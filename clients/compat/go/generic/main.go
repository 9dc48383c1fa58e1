// Calls operations with the generic Go client of the new generation, on which its typed clients are built.
package main

import (
	"fmt"
	"reflect"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"

	"github.com/alibabacloud-go/tea/tea"

	"claviger.clients/compat/calls"
)

func main() { calls.Serve(callOnce) }

func callOnce(call calls.Call) calls.Answer {
	config := &openapi.Config{
		AccessKeyId:     tea.String(call.Key.AccessKeyID),
		AccessKeySecret: tea.String(call.Key.AccessKeySecret),
		Endpoint:        tea.String(call.Endpoint),
		Protocol:        tea.String(call.Protocol),
	}
	if call.Key.SecurityToken != "" {
		config.SecurityToken = tea.String(call.Key.SecurityToken)
	}
	if call.Trust == "client" {
		config.Ca = tea.String(call.CertificateText)
	}
	client, err := openapi.NewClient(config)
	if err != nil {
		return failed(err)
	}
	query := map[string]*string{}
	for name, value := range call.Parameters {
		query[name] = tea.String(value)
	}
	params := &openapi.Params{
		Action:      tea.String(call.Action),
		Version:     tea.String(call.Version),
		Protocol:    tea.String(call.Protocol),
		Pathname:    tea.String("/"),
		Method:      tea.String("POST"),
		AuthType:    tea.String("AK"),
		Style:       tea.String("RPC"),
		ReqBodyType: tea.String("formData"),
		BodyType:    tea.String("json"),
	}
	answer, err := callWithDefaults(client.CallApi, params, &openapi.OpenApiRequest{Query: query})
	if err != nil {
		return failed(err)
	}
	return calls.Answer{Body: answer["body"]}
}

func failed(err error) calls.Answer {
	failure := &calls.Failure{Type: fmt.Sprintf("%T", err), Message: err.Error()}
	if value := reflect.Indirect(reflect.ValueOf(err)); value.Kind() == reflect.Struct {
		if code, ok := field(value, "Code").(*string); ok && code != nil {
			failure.Code = *code
		}
		if status, ok := field(value, "StatusCode").(*int); ok {
			failure.Status = status
		}
	}
	return calls.Answer{Error: failure}
}

func field(value reflect.Value, name string) interface{} {
	if found := value.FieldByName(name); found.IsValid() && found.CanInterface() {
		return found.Interface()
	}
	return nil
}

// callWithDefaults makes a call without options, whose type differs by the client's version.
func callWithDefaults[Options any](
	call func(*openapi.Params, *openapi.OpenApiRequest, *Options) (map[string]interface{}, error),
	params *openapi.Params,
	request *openapi.OpenApiRequest,
) (map[string]interface{}, error) {
	return call(params, request, new(Options))
}
