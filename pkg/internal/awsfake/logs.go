package awsfake

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

var logsOperations = map[string]handler{
	"DescribeLogGroups": on((*Fake).describeLogGroups), "DescribeLogStreams": on((*Fake).describeLogStreams), "FilterLogEvents": on((*Fake).filterLogEvents),
	"GetLogEvents": on((*Fake).getLogEvents), "StartQuery": on((*Fake).startQuery), "GetQueryResults": on((*Fake).getQueryResults), "StopQuery": on((*Fake).stopQuery),
}

type logGroupsIn struct {
	LogGroupNamePrefix, LogGroupNamePattern string
	Limit                                   *int32
	NextToken                               *string
}

type logGroupShape struct {
	LogGroupName    string `json:"logGroupName"`
	Arn             string `json:"arn"`
	LogGroupArn     string `json:"logGroupArn,omitempty"`
	CreationTime    int64  `json:"creationTime"`
	RetentionInDays int    `json:"retentionInDays,omitempty"`
	StoredBytes     int64  `json:"storedBytes,omitempty"`
	LogGroupClass   string `json:"logGroupClass,omitempty"`
}

type logGroupsOut struct {
	LogGroups []logGroupShape `json:"logGroups"`
	NextToken *string         `json:"nextToken,omitempty"`
}

const describePage = 50

var groupPattern = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{0,512}$`)

func (f *Fake) describeLogGroups(c *call, in *logGroupsIn) (*logGroupsOut, error) {
	if in.LogGroupNamePrefix != "" && in.LogGroupNamePattern != "" {
		return nil, errInvalid(Logs, "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	if !groupPattern.MatchString(in.LogGroupNamePattern) {
		return nil, errInvalid(Logs, "1 validation error detected: Value '%s' at 'logGroupNamePattern' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]*", in.LogGroupNamePattern)
	}
	r := f.realm(c)
	all := []logGroupShape{}
	for _, g := range r.groups {
		if !strings.HasPrefix(g.name, in.LogGroupNamePrefix) || !strings.Contains(g.name, in.LogGroupNamePattern) {
			continue
		}
		arn := r.arn("logs", "log-group:"+g.name)
		shape := logGroupShape{LogGroupName: g.name, Arn: arn + ":*", CreationTime: r.anchor.Add(-worldAge).UnixMilli()}
		if in.LogGroupNamePattern == "" { // found by a pattern, a group has only the above
			shape.LogGroupArn, shape.RetentionInDays, shape.StoredBytes, shape.LogGroupClass = arn, 90, 1<<30, "STANDARD"
		}
		all = append(all, shape)
	}
	slices.SortFunc(all, func(a, b logGroupShape) int { return strings.Compare(a.LogGroupName, b.LogGroupName) })
	got, next, err := page(Logs, all, limit(in.Limit, describePage, describePage), in.NextToken, request(c, in.LogGroupNamePrefix, in.LogGroupNamePattern))
	if err != nil {
		return nil, err
	}
	return &logGroupsOut{got, next}, nil
}

// inGroup names a log group in one of two ways.
type inGroup struct{ LogGroupName, LogGroupIdentifier string }

func (i inGroup) name() string {
	if i.LogGroupName != "" {
		return i.LogGroupName
	}
	return i.LogGroupIdentifier
}

type logStreamsIn struct {
	inGroup
	LogStreamNamePrefix string
	OrderBy             string
	Descending          bool
	Limit               *int32
	NextToken           *string
}

type logStreamShape struct {
	LogStreamName       string `json:"logStreamName"`
	Arn                 string `json:"arn"`
	CreationTime        int64  `json:"creationTime"`
	LastEventTimestamp  int64  `json:"lastEventTimestamp"`
	LastIngestionTime   int64  `json:"lastIngestionTime"`
	UploadSequenceToken string `json:"uploadSequenceToken"`
}

type logStreamsOut struct {
	LogStreams []logStreamShape `json:"logStreams"`
	NextToken  *string          `json:"nextToken,omitempty"`
}

func (f *Fake) describeLogStreams(c *call, in *logStreamsIn) (*logStreamsOut, error) {
	r := f.realm(c)
	g, err := r.group(in.name())
	if err != nil {
		return nil, err
	}
	all := []logStreamShape{}
	for _, s := range g.streams {
		if strings.HasPrefix(s, in.LogStreamNamePrefix) {
			all = append(all, logStreamShape{s, r.arn("logs", "log-group:"+g.name+":log-stream:"+s), r.anchor.Add(-worldAge).UnixMilli(), f.now().UnixMilli(), f.now().UnixMilli(), "0"})
		}
	}
	slices.SortFunc(all, func(a, b logStreamShape) int { return strings.Compare(a.LogStreamName, b.LogStreamName) })
	if in.Descending {
		slices.Reverse(all)
	}
	got, next, err := page(Logs, all, limit(in.Limit, describePage, describePage), in.NextToken, request(c, g.name, in.LogStreamNamePrefix, in.Descending))
	if err != nil {
		return nil, err
	}
	return &logStreamsOut{got, next}, nil
}

type filterIn struct {
	inGroup
	LogStreamNames      []string
	LogStreamNamePrefix string
	FilterPattern       string
	StartTime, EndTime  *int64
	StartFromHead       *bool
	Limit               *int32
	NextToken           *string
}

type logEventShape struct {
	LogStreamName string `json:"logStreamName,omitempty"`
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
	EventID       string `json:"eventId,omitempty"`
}

type filterOut struct {
	Events             []logEventShape `json:"events"`
	SearchedLogStreams []struct{}      `json:"searchedLogStreams"`
	NextToken          *string         `json:"nextToken,omitempty"`
}

const (
	filterPage = 10000
	filterScan = 5000 // events looked at for one page, so that pages can be empty
)

func millis(ms *int64, d time.Time) time.Time {
	if ms == nil {
		return d
	}
	return time.UnixMilli(*ms).UTC()
}

func (f *Fake) filterLogEvents(c *call, in *filterIn) (*filterOut, error) {
	g, err := f.realm(c).group(in.name())
	if err != nil {
		return nil, err
	}
	match, err := ParseFilterPattern(in.FilterPattern)
	if err != nil {
		return nil, errInvalid(Logs, "Invalid filter pattern: %v", err)
	}
	now := f.now()
	to := millis(in.EndTime, now)
	if to.After(now) {
		to = now
	}
	from := millis(in.StartTime, now.Add(-24*time.Hour))
	of := request(c, g.name, in.FilterPattern, from.Unix(), in.LogStreamNames, in.LogStreamNamePrefix)
	at, err := resume(Logs, in.NextToken, of)
	if err != nil {
		return nil, err
	}
	all := g.events(from, to)
	if in.StartFromHead != nil && !*in.StartFromHead {
		slices.Reverse(all)
	}
	out := &filterOut{Events: []logEventShape{}, SearchedLogStreams: []struct{}{}}
	size := limit(in.Limit, filterPage, filterPage)
	i := int(min(at, int64(len(all))))
	for end := i + filterScan; i < len(all); i++ {
		if i == end || len(out.Events) == size {
			out.NextToken = token(int64(i), of)
			break
		}
		e := all[i]
		if len(in.LogStreamNames) > 0 && !slices.Contains(in.LogStreamNames, e.stream) || !strings.HasPrefix(e.stream, in.LogStreamNamePrefix) || !match(e.message) {
			continue
		}
		out.Events = append(out.Events, e.shape(true))
	}
	return out, nil
}

func (e logEvent) shape(filtered bool) logEventShape {
	s := logEventShape{Timestamp: e.at.UnixMilli(), Message: e.message, IngestionTime: e.at.UnixMilli() + 800}
	if filtered {
		s.LogStreamName = e.stream
		s.EventID = e.pointer()
	}
	return s
}

type getEventsIn struct {
	inGroup
	LogStreamName      string
	StartTime, EndTime *int64
	StartFromHead      bool
	Limit              *int32
	NextToken          *string
}

type getEventsOut struct {
	Events            []logEventShape `json:"events"`
	NextForwardToken  string          `json:"nextForwardToken"`
	NextBackwardToken string          `json:"nextBackwardToken"`
}

// getLogEvents pages in both directions from a place; at an end the token of
// that direction repeats.
func (f *Fake) getLogEvents(c *call, in *getEventsIn) (*getEventsOut, error) {
	g, err := f.realm(c).group(in.name())
	if err != nil {
		return nil, err
	}
	if !slices.Contains(g.streams, in.LogStreamName) {
		return nil, errf("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	now := f.now()
	from, to := millis(in.StartTime, now.Add(-24*time.Hour)), millis(in.EndTime, now)
	if to.After(now) {
		to = now
	}
	all := slices.DeleteFunc(g.events(from, to), func(e logEvent) bool { return e.stream != in.LogStreamName })
	size := limit(in.Limit, filterPage, filterPage)
	of := request(c, g.name, in.LogStreamName, from.Unix())
	start := max(0, len(all)-size)
	if in.StartFromHead {
		start = 0
	}
	if in.NextToken != nil {
		direction, rest, _ := strings.Cut(*in.NextToken, "/")
		at, err := resume(Logs, &rest, of)
		if err != nil || direction != "f" && direction != "b" {
			return nil, errToken(Logs)
		}
		start = min(int(at), len(all))
		if direction == "b" {
			end := start
			start = max(0, end-size)
			size = end - start
		}
	}
	end := min(len(all), start+size)
	out := &getEventsOut{Events: []logEventShape{}, NextForwardToken: "f/" + *token(int64(end), of), NextBackwardToken: "b/" + *token(int64(start), of)}
	for _, e := range all[start:end] {
		out.Events = append(out.Events, e.shape(false))
	}
	return out, nil
}
