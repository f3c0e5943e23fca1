package awsfake

import "time"

type deleteBatchIn struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []struct {
		ID            string `json:"Id"`
		ReceiptHandle string
	}
}

type deletedEntry struct {
	ID string `json:"Id"`
}

type failedEntry struct {
	ID          string `json:"Id"`
	Code        string
	Message     string
	SenderFault bool
}

type deleteBatchOut struct {
	Successful []deletedEntry
	Failed     []failedEntry
}

func (f *Fake) deleteMessageBatch(c *call, in *deleteBatchIn) (*deleteBatchOut, error) {
	if err := batchSize(len(in.Entries)); err != nil {
		return nil, err
	}
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q, err := f.queues.find(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	out := &deleteBatchOut{[]deletedEntry{}, []failedEntry{}}
	for _, e := range in.Entries {
		if q.remove(e.ReceiptHandle) != nil {
			out.Failed = append(out.Failed, failedEntry{e.ID, "ReceiptHandleIsInvalid", errReceipt().Message, true})
			continue
		}
		out.Successful = append(out.Successful, deletedEntry{e.ID})
	}
	return out, nil
}

type visibilityBatchIn struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []struct {
		ID                string `json:"Id"`
		ReceiptHandle     string
		VisibilityTimeout int
	}
}

func (f *Fake) changeMessageVisibilityBatch(c *call, in *visibilityBatchIn) (*deleteBatchOut, error) {
	if err := batchSize(len(in.Entries)); err != nil {
		return nil, err
	}
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q, err := f.queues.find(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	out := &deleteBatchOut{[]deletedEntry{}, []failedEntry{}}
	for _, e := range in.Entries {
		if err := q.hide(e.ReceiptHandle, f.now(), time.Duration(e.VisibilityTimeout)*time.Second); err != nil {
			out.Failed = append(out.Failed, failedEntry{e.ID, err.Code, err.Message, true})
			continue
		}
		out.Successful = append(out.Successful, deletedEntry{e.ID})
	}
	return out, nil
}

// batchSize refuses a batch of no or too many entries.
func batchSize(n int) error {
	switch {
	case n == 0:
		return &Error{Code: "EmptyBatchRequest", QueryCode: "AWS.SimpleQueueService.EmptyBatchRequest", Message: "There should be at least one entry in the request."}
	case n > 10:
		return &Error{Code: "TooManyEntriesInBatchRequest", QueryCode: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", Message: "Maximum number of entries per request are 10."}
	}
	return nil
}

type attributesOut struct{ Attributes map[string]string }
