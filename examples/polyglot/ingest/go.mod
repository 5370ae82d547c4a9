module memsvc.dev/examples/polyglot/ingest

go 1.26.0

require (
	google.golang.org/grpc v1.85.0
	memsvc.dev/go v0.2.0
)

require (
	github.com/google/uuid v1.6.0 // indirect
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
	golang.org/x/text v0.42.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20261019180522-ce908d29299b // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace memsvc.dev/go => ../../../clients/go
