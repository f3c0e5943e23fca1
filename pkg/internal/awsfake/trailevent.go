package awsfake

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// trailEvent is an API call as CloudTrail knows it.
type trailEvent struct {
	at             time.Time
	name, source   string
	user, address  string
	kind, resource string         // what it was done to
	failure        string         // errorMessage
	denied         bool           // errorCode AccessDenied
	request        map[string]any // requestParameters
	response       map[string]any // responseElements
}

func (r *realm) addMainStory() {
	at := func(d time.Duration) time.Time { return r.anchor.Add(d) }
	instances := func(state, old string) (request, response map[string]any) {
		request = map[string]any{"instancesSet": map[string]any{"items": []any{map[string]any{"instanceId": GatewayInstance}}}, "force": false}
		response = map[string]any{"instancesSet": map[string]any{"items": []any{map[string]any{
			"instanceId": GatewayInstance, "currentState": map[string]any{"name": state}, "previousState": map[string]any{"name": old},
		}}}}
		return request, response
	}
	stop := trailEvent{at: at(stoppedAt), name: "StopInstances", source: "ec2.amazonaws.com", user: Culprit, address: CulpritAddress, kind: "AWS::EC2::Instance", resource: GatewayInstance}
	stop.request, stop.response = instances("stopping", "running")
	start := stop
	start.at, start.name, start.user, start.address = at(startedAt), "StartInstances", Rescuer, "198.51.100.30"
	start.request, start.response = instances("pending", "stopped")
	r.story = []trailEvent{
		stop, start,
		{at: at(-8 * time.Minute), name: "TerminateInstances", source: "ec2.amazonaws.com", user: Culprit, address: CulpritAddress, denied: true, kind: "AWS::EC2::Instance", resource: DBInstance},
		{
			at: at(-25 * time.Hour), name: "AuthorizeSecurityGroupIngress", source: "ec2.amazonaws.com", user: Culprit, address: CulpritAddress, kind: "AWS::EC2::SecurityGroup", resource: webGroup,
			request: map[string]any{"groupId": webGroup, "ipPermissions": map[string]any{"items": []any{map[string]any{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": map[string]any{"items": []any{map[string]any{"cidrIp": "0.0.0.0/0"}}}}}}},
		},
		{at: at(goneAt), name: "TerminateInstances", source: "ec2.amazonaws.com", user: Rescuer, address: "198.51.100.30", kind: "AWS::EC2::Instance", resource: GoneInstance},
	}
}

// routineEvery is the distance of routine events in seconds.
const routineEvery = 420

var routine = []trailEvent{
	{name: "DescribeInstances", source: "ec2.amazonaws.com", user: "monitor", address: "10.1.8.20"},
	{name: "DescribeAlarms", source: "monitoring.amazonaws.com", user: "monitor", address: "10.1.8.20"},
	{name: "AssumeRole", source: "sts.amazonaws.com", user: "deploy", address: "10.1.8.31"},
	{name: "DescribeDBInstances", source: "rds.amazonaws.com", user: "monitor", address: "10.1.8.20"},
	{name: "PutObject", source: "s3.amazonaws.com", user: "deploy", address: "10.1.8.31", kind: "AWS::S3::Bucket", resource: "shop-artifacts"},
	{name: "UpdateInstanceInformation", source: "ssm.amazonaws.com", user: "web-1", address: "10.1.8.11", kind: "AWS::EC2::Instance", resource: Web1Instance},
	{name: "ListBuckets", source: "s3.amazonaws.com", user: Rescuer, address: "198.51.100.30"},
	{name: "CreateSnapshot", source: "ec2.amazonaws.com", user: "backup", address: "10.1.8.40", kind: "AWS::EC2::Volume", resource: "vol-" + DBInstance[2:]},
}

// routineEvent is what happens in a slot of time, the same whenever it is asked.
func (r *realm) routineEvent(slot int64) trailEvent {
	h := mix(r.seed ^ uint64(slot) ^ uint64(len(r.account+r.region))<<40)
	e := routine[h%uint64(len(routine))]
	e.at = time.Unix(slot*routineEvery+int64(mix(h)%routineEvery), 0).UTC()
	e.denied = mix(h+1)%50 == 0
	if r.parameters != "" {
		e.request = map[string]any{"userData": r.parameters}
	}
	return e
}

func (e *trailEvent) id() string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %s %s", e.at.Unix(), e.name, e.user, e.resource)
	a := h.Sum64()
	b := mix(a)
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}

func (e *trailEvent) accessKey() string {
	if e.name == "ConsoleLogin" {
		return ""
	}
	return "AKIAEXAMPLE" + strings.ToUpper(strings.ReplaceAll(e.user, "-", "")) + "0001"
}

func (e *trailEvent) readOnly() string {
	for _, p := range []string{"Describe", "List", "Get", "AssumeRole"} {
		if strings.HasPrefix(e.name, p) {
			return "true"
		}
	}
	return "false"
}

// record is the event as CloudTrail's JSON.
func (r *realm) record(e *trailEvent) string {
	who := map[string]any{
		"type": "IAMUser", "principalId": "AIDA" + strings.ToUpper(e.user), "arn": "arn:aws:iam::" + r.account + ":user/" + e.user,
		"accountId": r.account, "userName": e.user,
	}
	if k := e.accessKey(); k != "" {
		who["accessKeyId"] = k
	}
	x := map[string]any{
		"eventVersion": "1.11", "userIdentity": who, "eventTime": e.at.Format(time.RFC3339), "eventSource": e.source, "eventName": e.name,
		"awsRegion": r.region, "sourceIPAddress": e.address, "userAgent": "aws-cli/2.30.0", "requestParameters": nil, "responseElements": nil,
		"requestID": e.id(), "eventID": e.id(), "readOnly": e.readOnly() == "true", "eventType": "AwsApiCall", "managementEvent": true,
		"recipientAccountId": r.account, "eventCategory": "Management",
	}
	if e.request != nil {
		x["requestParameters"] = e.request
	}
	if e.response != nil {
		x["responseElements"] = e.response
	}
	if e.resource != "" {
		x["resources"] = []any{map[string]any{"ARN": e.resource, "accountId": r.account, "type": e.kind}}
	}
	if e.denied {
		x["errorCode"], x["responseElements"] = "AccessDenied", nil
		x["errorMessage"] = fmt.Sprintf("User: %v is not authorized to perform: %s:%s", who["arn"], strings.TrimSuffix(e.source, ".amazonaws.com"), e.name)
	}
	if e.name == "ConsoleLogin" {
		x["eventType"] = "AwsConsoleSignIn"
		x["responseElements"] = map[string]any{"ConsoleLogin": "Success"}
		if e.failure != "" {
			x["responseElements"], x["errorMessage"] = map[string]any{"ConsoleLogin": "Failure"}, e.failure
		}
	}
	b, _ := json.Marshal(x)
	return string(b)
}
