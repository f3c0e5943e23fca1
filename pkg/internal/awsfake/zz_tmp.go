package awsfake

type logGroup struct{}
type queryDesk struct{}

func (*queryDesk) init() {}

type queueDesk struct{}

func (*queueDesk) init()      {}
func (r *realm) addMainLogs() {}

var logsOperations, sqsOperations map[string]handler
var sqsErrors = map[string]bool{}
