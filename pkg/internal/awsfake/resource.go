package awsfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"
)

const (
	webGroup = "sg-03f1fef4300112233"
	mainVPC  = "vpc-01440067000112233"
	subnet   = "subnet-02372be7b00112233"
)

// resource is what Config records: what it is, and what it was.
type resource struct {
	kind, id, name string
	zone           string
	created        time.Time
	tags           map[string]string
	history        []item // oldest first
}

// item is a resource at a time.
type item struct {
	at            time.Time
	status        string // OK, ResourceDiscovered, ResourceDeleted
	configuration map[string]any
	relations     []relation
}

type relation struct {
	Name string `json:"relationshipName"`
	Kind string `json:"resourceType"`
	ID   string `json:"resourceId"`
}

// current returns the resource's item at a time; nil before it existed.
func (x *resource) current(now time.Time) *item {
	var last *item
	for i := range x.history {
		if x.history[i].at.After(now) {
			break
		}
		last = &x.history[i]
	}
	return last
}

func (i *item) deleted() bool { return i.status == "ResourceDeleted" }

// addInstanceResource plants an instance and its volume, as Config knows them.
func (r *realm) addInstanceResource(m machine, volume string) {
	created := r.anchor.Add(-worldAge)
	zone := r.region + "a"
	related := []relation{
		{"Is associated with SecurityGroup", "AWS::EC2::SecurityGroup", webGroup},
		{"Is contained in Subnet", "AWS::EC2::Subnet", subnet},
		{"Is attached to Volume", "AWS::EC2::Volume", volume},
		{"Is contained in Vpc", "AWS::EC2::VPC", mainVPC},
	}
	x := &resource{kind: "AWS::EC2::Instance", id: m.id, zone: zone, created: created, tags: map[string]string{"Name": m.name, "env": "prod"}}
	state := func(code int, name, kind string) map[string]any {
		return map[string]any{
			"instanceId": m.id, "instanceType": kind, "imageId": "ami-09be6f38c00112233", "state": map[string]any{"code": code, "name": name},
			"launchTime": created.Format(time.RFC3339), "privateIpAddress": "10.1.8." + m.id[len(m.id)-2:], "vpcId": mainVPC, "subnetId": subnet,
			"placement": map[string]any{"availabilityZone": zone}, "securityGroups": []any{map[string]any{"groupId": webGroup, "groupName": "web"}},
			"tags": []any{map[string]any{"key": "Name", "value": m.name}, map[string]any{"key": "env", "value": "prod"}},
		}
	}
	x.history = []item{
		{created, "ResourceDiscovered", state(16, "running", "t3.small"), related},
		{r.anchor.Add(-40 * 24 * time.Hour), "OK", state(16, "running", m.kind), related},
	}
	if m.stopped != nil {
		x.history = append(x.history, item{r.anchor.Add(capturedAt), "OK", state(80, "stopped", m.kind), related}, item{r.anchor.Add(restartedAt), "OK", state(16, "running", m.kind), related})
	}
	disk := &resource{kind: "AWS::EC2::Volume", id: volume, zone: zone, created: created, tags: map[string]string{"Name": m.name}}
	diskRelated := []relation{{"Is attached to Instance", "AWS::EC2::Instance", m.id}}
	disk.history = []item{{created, "ResourceDiscovered", map[string]any{
		"volumeId": volume, "size": 50, "volumeType": "gp3", "encrypted": m.name != "batch-1", "state": map[string]any{"value": "in-use"},
	}, diskRelated}}
	if !m.gone.IsZero() {
		x.history = append(x.history, item{at: m.gone.Add(30 * time.Second), status: "ResourceDeleted"})
		disk.history = append(disk.history, item{at: m.gone.Add(40 * time.Second), status: "ResourceDeleted"})
	}
	r.resources = append(r.resources, x, disk)
	if len(r.resources) == 2 {
		r.addNetwork(created)
	}
}

// addNetwork plants what the instances stand in.
func (r *realm) addNetwork(created time.Time) {
	rules := func(open bool) map[string]any {
		permissions := []any{map[string]any{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "ipRanges": []any{"0.0.0.0/0"}}}
		if open {
			permissions = append(permissions, map[string]any{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": []any{"0.0.0.0/0"}})
		}
		return map[string]any{"groupId": webGroup, "groupName": "web", "vpcId": mainVPC, "ipPermissions": permissions}
	}
	group := &resource{kind: "AWS::EC2::SecurityGroup", id: webGroup, name: "web", created: created, tags: map[string]string{}}
	inVPC := []relation{{"Is contained in Vpc", "AWS::EC2::VPC", mainVPC}}
	group.history = []item{{created, "ResourceDiscovered", rules(false), inVPC}, {r.anchor.Add(-25*time.Hour + 20*time.Second), "OK", rules(true), inVPC}}
	r.resources = append(r.resources, group)
	r.addSimpleResource("AWS::EC2::VPC", mainVPC, "", map[string]any{"vpcId": mainVPC, "cidrBlock": "10.1.8.0/24", "state": "available"})
	r.addSimpleResource("AWS::EC2::Subnet", subnet, "", map[string]any{"subnetId": subnet, "vpcId": mainVPC, "cidrBlock": "10.1.8.0/25"})
	r.addSimpleResource("AWS::S3::Bucket", "shop-artifacts-"+r.account, "shop-artifacts-"+r.account, map[string]any{"name": "shop-artifacts-" + r.account})
}

// addSimpleResource plants a resource that has never changed.
func (r *realm) addSimpleResource(kind, id, name string, configuration map[string]any) {
	created := r.anchor.Add(-worldAge)
	r.resources = append(r.resources, &resource{
		kind: kind, id: id, name: name, created: created, tags: map[string]string{"env": "prod"},
		history: []item{{at: created, status: "ResourceDiscovered", configuration: configuration}},
	})
}

// resource returns a resource by type and id, or nil.
func (r *realm) resource(kind, id string) *resource {
	for _, x := range r.resources {
		if x.kind == kind && x.id == id {
			return x
		}
	}
	return nil
}

func (x *resource) arn(r *realm) string {
	service, rest := "ec2", strings.ToLower(x.kind[strings.LastIndexByte(x.kind, ':')+1:])+"/"+x.id
	switch x.kind {
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + x.id
	case "AWS::RDS::DBInstance":
		service, rest = "rds", "db:"+x.name
	case "AWS::ElasticLoadBalancingV2::LoadBalancer":
		service, rest = "elasticloadbalancing", "loadbalancer/"+x.id
	case "AWS::EC2::SecurityGroup":
		rest = "security-group/" + x.id
	case "AWS::EC2::VPNConnection":
		rest = "vpn-connection/" + x.id
	}
	return r.arn(service, rest)
}

// configurationItem is an item as the API answers it.
type configurationItem struct {
	Version                      string            `json:"version"`
	AccountID                    string            `json:"accountId"`
	ConfigurationItemCaptureTime *stamp            `json:"configurationItemCaptureTime"`
	ConfigurationItemStatus      string            `json:"configurationItemStatus"`
	ConfigurationStateID         string            `json:"configurationStateId"`
	Arn                          string            `json:"arn"`
	ResourceType                 string            `json:"resourceType"`
	ResourceID                   string            `json:"resourceId"`
	ResourceName                 string            `json:"resourceName,omitempty"`
	AwsRegion                    string            `json:"awsRegion"`
	AvailabilityZone             string            `json:"availabilityZone"`
	ResourceCreationTime         *stamp            `json:"resourceCreationTime,omitempty"`
	Configuration                string            `json:"configuration,omitempty"`
	SupplementaryConfiguration   map[string]string `json:"supplementaryConfiguration"`
	Tags                         map[string]string `json:"tags,omitempty"`
	RelatedEvents                []string          `json:"relatedEvents,omitempty"`
	Relationships                []relation        `json:"relationships,omitempty"`
}

func (r *realm) configurationItem(x *resource, i *item) configurationItem {
	out := configurationItem{
		Version: "1.3", AccountID: r.account, ConfigurationItemCaptureTime: at(i.at), ConfigurationItemStatus: i.status,
		ConfigurationStateID: fmt.Sprint(i.at.UnixMilli()), Arn: x.arn(r), ResourceType: x.kind, ResourceID: x.id, ResourceName: x.name,
		AwsRegion: r.region, AvailabilityZone: x.zone, ResourceCreationTime: at(x.created), SupplementaryConfiguration: map[string]string{}, Relationships: i.relations,
	}
	if out.AvailabilityZone == "" {
		out.AvailabilityZone = "Not Applicable"
	}
	if i.deleted() {
		out.ResourceCreationTime = nil
		return out
	}
	out.Tags = maps.Clone(x.tags)
	b, _ := json.Marshal(i.configuration)
	out.Configuration = string(b)
	return out
}

// rule is a Config rule with what it found.
type rule struct {
	name, source, kind string
	// failing are the ids that do not comply, with the reason, as of a time.
	failing map[string]finding
}

type finding struct {
	since time.Time
	why   string
}

func (r *realm) addRule(name, source, kind string, failing map[string]finding) {
	r.rules = append(r.rules, &rule{name: name, source: source, kind: kind, failing: failing})
}

func (r *realm) addMainRules() {
	at := func(d time.Duration) time.Time { return r.anchor.Add(d) }
	r.addRule("restricted-ssh", "INCOMING_SSH_DISABLED", "AWS::EC2::SecurityGroup", map[string]finding{webGroup: {at(-25*time.Hour + time.Minute), "Port 22 is open to 0.0.0.0/0."}})
	r.addRule("encrypted-volumes", "ENCRYPTED_VOLUMES", "AWS::EC2::Volume", map[string]finding{"vol-" + BatchInstance[2:]: {at(-40 * 24 * time.Hour), "The volume is not encrypted."}})
	r.addRule("ec2-stopped-instance", "EC2_STOPPED_INSTANCE", "AWS::EC2::Instance", map[string]finding{GatewayInstance: {at(capturedAt + 15*time.Second), "インスタンスが停止しています。"}})
	r.addRule("rds-storage-encrypted", "RDS_STORAGE_ENCRYPTED", "AWS::RDS::DBInstance", nil)
	r.addRule("required-tags", "REQUIRED_TAGS", "AWS::EC2::Instance", nil)
	r.addRule("lambda-runtime", "LAMBDA_FUNCTION_SETTINGS_CHECK", "AWS::Lambda::Function", nil) // nothing to evaluate
}

// evaluated lists what a rule looks at now, and whether each complies.
func (r *realm) evaluated(u *rule, now time.Time) (resources []*resource, failing map[string]finding) {
	failing = map[string]finding{}
	for _, x := range r.resources {
		if i := x.current(now); x.kind != u.kind || i == nil || i.deleted() {
			continue
		}
		resources = append(resources, x)
		if f, bad := u.failing[x.id]; bad && !f.since.After(now) && !mended(x, u, now) {
			failing[x.id] = f
		}
	}
	return resources, failing
}

// mended: the stopped instance runs again.
func mended(x *resource, u *rule, now time.Time) bool {
	if u.source != "EC2_STOPPED_INSTANCE" {
		return false
	}
	state, _ := x.current(now).configuration["state"].(map[string]any)
	return state["name"] == "running"
}
