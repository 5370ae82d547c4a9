package memsvc

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed memsvc_grpc_service_config.json
var serviceConfigFile []byte

// serviceConfig returns the service config of the connection: which calls are retried, and how.
//
// The timeouts of the file are left out. gRPC takes the lesser of the file's and the call's, so that a
// caller could never ask for more; and every call of this client has a deadline of its own.
func serviceConfig() (string, error) {
	var config map[string]any
	if err := json.Unmarshal(serviceConfigFile, &config); err != nil {
		return "", fmt.Errorf("memsvc: service config: %w", err)
	}
	methods, _ := config["methodConfig"].([]any)
	for _, entry := range methods {
		if method, ok := entry.(map[string]any); ok {
			delete(method, "timeout")
		}
	}
	text, err := json.Marshal(config)
	if err != nil {
		return "", fmt.Errorf("memsvc: service config: %w", err)
	}
	return string(text), nil
}
