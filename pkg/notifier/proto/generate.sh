#!/bin/sh
# Generates the Go code of notifier.proto beside it. Needs protoc 3.21 or newer
# with its well-known types (Debian: apt-get install protobuf-compiler libprotobuf-dev) and Go;
# the two Go generators are fetched as modules, in the versions named here.
set -eu
cd "$(dirname "$0")"

gen_go=google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
gen_grpc=google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2

command -v protoc >/dev/null || {
	echo "generate.sh: protoc is missing; on Debian: apt-get install protobuf-compiler libprotobuf-dev" >&2
	exit 1
}

bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
GOBIN=$bin GOFLAGS=-mod=mod go install "$gen_go"
GOBIN=$bin GOFLAGS=-mod=mod go install "$gen_grpc"

PATH=$bin:$PATH protoc \
	--go_out=. --go_opt=paths=source_relative \
	--go-grpc_out=. --go-grpc_opt=paths=source_relative \
	notifier.proto
