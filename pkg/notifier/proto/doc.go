// Package notifierpb is the generated Go code of notifier.proto, the contract
// between the bridge and its notifiers. Only package notifier uses it; a
// notifier in another language starts from the .proto file. Nothing is written
// here by hand but this comment.
package notifierpb

//go:generate ./generate.sh
