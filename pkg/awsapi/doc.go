// Package awsapi is the way to AWS: sessions for several accounts, roles and
// regions, and under them everything that keeps an account's quota and bill
// small: rate limits shared by the whole process, identical calls in flight
// answered by one, a cache of metric periods that are closed, and event history
// that continues where the last question stopped.
//
// The data source's query types and the bridge's queue receiver call it. They
// parse their settings with [ParseSettings], open [Sessions] with [New], take a
// [Client] for one account and region, and call the narrow interfaces it
// offers, or what plans, merges, pages and caches: [Client.MetricData],
// [Client.LookupEvents], [Client.Alarms], [Client.AlarmHistory],
// [Client.RunInsights] and [Client.FilterLogs]. [WithUsage] tells afterwards what was called and what it cost.
//
// What was fetched by one identity (the caller as AWS names it, with its
// endpoints) is never given to another. Errors are typed: [Denied], [Throttled],
// [NoCredentials], [NoSuchRegion], [Unreachable], [BadRequest], [Failed].
//
// The package never builds frames, knows nothing of Grafana, reads no file or
// environment variable by itself (the SDK's credential chain does) and never
// logs or returns a secret.
package awsapi
