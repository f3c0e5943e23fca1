// Package awsfake is AWS for tests, demo and benchmarks, over the real wire
// protocols: CloudWatch (Smithy RPC v2 CBOR), CloudWatch Logs, CloudTrail and
// Config (AWS JSON 1.1), SQS (AWS JSON 1.0) and STS (Query and XML), as the Go
// SDK's clients speak them.
//
// It serves one small coherent world, grown from a seed and anchored at a
// time: instances, a load balancer, a database, a VPN with two tunnels, alarms
// that follow their metrics, the API calls that caused what happened, resources
// with their history, rules, logs, queues. What is visible depends on the
// fake's own clock: an event at 11:04 is not there at 10:42.
//
// A [Fake] is an [net/http.RoundTripper], so that it works without sockets (in a
// testing/synctest bubble too), and an [net/http.Handler]. It can throttle at the
// documented rates, delay, fail, deny and page, and it counts calls and what
// would have been billed. Tests, the demo and the bench use it; nothing that is
// shipped does. It verifies no signature, it only reads who signed for which
// region and service, and it never calls anything outside.
package awsfake
