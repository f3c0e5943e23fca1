package awsapi

// rateLimit is how often an operation may be called in one account and region.
type rateLimit struct {
	perSecond float64
	burst     int
}

// rates are the published quotas per account and region, by IAM action. Sources:
// CloudWatch and CloudWatch Logs service quotas, CloudTrail service quotas.
// Where AWS publishes none (Config's read calls) a low one keeps us polite, and
// a throttled answer lowers any of them.
var rates = map[string]rateLimit{
	"cloudwatch:GetMetricData":           {50, 50},
	bucketSQL:                            {10, 10},
	bucketPoints:                         {180_000, 180_000},
	bucketOldPoints:                      {90_000, 90_000},
	"cloudwatch:GetMetricStatistics":     {400, 50},
	"cloudwatch:ListMetrics":             {25, 25},
	"cloudwatch:DescribeAlarms":          {9, 9},
	"cloudwatch:DescribeAlarmsForMetric": {9, 9},
	"cloudwatch:DescribeAlarmHistory":    {3, 10},

	"logs:DescribeLogGroups":  {5, 10},
	"logs:DescribeLogStreams": {5, 10},
	"logs:FilterLogEvents":    {5, 5},
	"logs:GetLogEvents":       {10, 10},
	"logs:StartQuery":         {5, 5},
	"logs:GetQueryResults":    {5, 10},
	"logs:StopQuery":          {5, 10},
	"logs:GetLogGroupFields":  {5, 5},

	// Not raisable. Without a burst, so that no second ever has three.
	"cloudtrail:LookupEvents": {2, 1},

	"config:SelectResourceConfig":     {5, 10},
	"config:GetResourceConfigHistory": {5, 10},

	// A queue is polled by one receiver, with several calls at once only while it is full.
	"sqs:ReceiveMessage":               {100, 100},
	"sqs:DeleteMessage":                {300, 300},
	"sqs:DeleteMessageBatch":           {300, 300},
	"sqs:ChangeMessageVisibility":      {300, 300},
	"sqs:ChangeMessageVisibilityBatch": {300, 300},

	"sts:GetCallerIdentity": {50, 50},
	"sts:AssumeRole":        {50, 50},
}

// bucketSQL limits GetMetricData calls that carry a Metrics Insights query.
const bucketSQL = "cloudwatch:GetMetricData(SQL)"

// The data points that GetMetricData calls ask for a second, whether or not they
// exist, are limited too: by when their range begins, within the last three hours
// or before (CloudWatch service quotas).
const (
	bucketPoints    = "cloudwatch:GetMetricData(points)"
	bucketOldPoints = "cloudwatch:GetMetricData(older points)"
	pointsOld       = 3 * 60 * 60 // s
)

// otherRate is for operations that are not listed.
var otherRate = rateLimit{5, 10}

func rateOf(action string) rateLimit {
	if r, ok := rates[action]; ok {
		return r
	}
	return otherRate
}
