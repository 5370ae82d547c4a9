package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	memsvc "memsvc.dev/go"
)

// A failedCall is an error of the client as JSON.
type failedCall struct {
	Code              string            `json:"code"`
	Reason            string            `json:"reason"`
	Message           string            `json:"message"`
	FieldViolations   []violation       `json:"field_violations"`
	RetryAfterSeconds *float64          `json:"retry_after_seconds"`
	ErrorID           string            `json:"error_id"`
	RequestID         string            `json:"request_id"`
	Metadata          map[string]string `json:"metadata"`
}

type violation struct {
	Field       string `json:"field"`
	Description string `json:"description"`
}

func describe(failure *memsvc.Error) *failedCall {
	described := &failedCall{
		Code:            code.Code(failure.Code).String(),
		Reason:          failure.Reason,
		Message:         failure.Message,
		FieldViolations: []violation{},
		ErrorID:         failure.ErrorID,
		RequestID:       failure.RequestID,
		Metadata:        map[string]string{},
	}
	for _, v := range failure.FieldViolations {
		described.FieldViolations = append(described.FieldViolations, violation(v))
	}
	if failure.RetryAfter != nil {
		seconds := failure.RetryAfter.Seconds()
		described.RetryAfterSeconds = &seconds
	}
	if failure.Metadata != nil {
		described.Metadata = failure.Metadata
	}
	return described
}

// named returns the method that a command names: the client's own, or one such as "ProjectService/GetProject".
func (d *driver) named(name string) reflect.Value {
	service, rpc, ofService := strings.Cut(name, "/")
	if !ofService {
		return reflect.ValueOf(d.client).MethodByName(name)
	}
	services := reflect.ValueOf(d.client.Services())
	for i := range services.NumMethod() {
		accessor := services.Method(i)
		if accessor.Type().Out(0).Name() == service+"Client" {
			return accessor.Call(nil)[0].MethodByName(rpc)
		}
	}
	return reflect.Value{}
}

// method returns the method that a command names, with the command's request.
func (d *driver) method(cmd *command) (func(context.Context) []reflect.Value, error) {
	method := d.named(cmd.Method)
	if !method.IsValid() {
		return nil, fmt.Errorf("no such method: %s", cmd.Method)
	}
	kind := method.Type().In(1)
	if kind.Kind() != reflect.Pointer {
		return nil, fmt.Errorf("%s does not take one request", cmd.Method)
	}
	request := reflect.New(kind.Elem())
	if err := cmd.decode(request.Interface().(proto.Message)); err != nil {
		return nil, err
	}
	return func(ctx context.Context) []reflect.Value {
		return method.Call([]reflect.Value{reflect.ValueOf(ctx), request})
	}, nil
}

// unaryCall returns the unary call that a command describes; of a list it is that of the first page.
func (d *driver) unaryCall(cmd *command) (func() (proto.Message, error), error) {
	call, err := d.method(cmd)
	if err != nil {
		return nil, err
	}
	return func() (proto.Message, error) {
		ctx, cancel := cmd.context()
		defer cancel()
		results := call(ctx)
		if len(results) == 2 {
			return messageOf(results[0], results[1])
		}
		pages := results[0].MethodByName("Pages")
		if !pages.IsValid() {
			return nil, fmt.Errorf("%s is not unary", cmd.Method)
		}
		for page, err := range pages.Call(nil)[0].Seq2() {
			return messageOf(page, err)
		}
		return nil, fmt.Errorf("%s gave no page", cmd.Method)
	}, nil
}

func messageOf(message, failure reflect.Value) (proto.Message, error) {
	if err, ok := failure.Interface().(error); ok {
		return nil, err
	}
	return message.Interface().(proto.Message), nil
}

// context returns what a command says about its call.
func (c *command) context() (context.Context, context.CancelFunc) {
	ctx := context.Background()
	for key, value := range c.Headers {
		ctx = metadata.AppendToOutgoingContext(ctx, key, value)
	}
	if c.TimeoutSeconds == nil {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, duration(*c.TimeoutSeconds))
}

func (c *command) decode(request proto.Message) error {
	if len(c.Request) == 0 {
		return nil
	}
	return protojson.Unmarshal(c.Request, request)
}

func encode(message proto.Message) (json.RawMessage, error) {
	return protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
}

// encodeEvent writes what a stream gave: a message, or a line of text.
func encodeEvent(event any) (json.RawMessage, error) {
	if message, ok := event.(proto.Message); ok {
		return encode(message)
	}
	return json.Marshal(event)
}

func duration(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second))
}
