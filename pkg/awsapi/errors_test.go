package awsapi

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/text"
)

// The errors that operators meet say themselves in both languages; what AWS and
// the network said stays as it is.
func TestErrorsInBothLanguages(t *testing.T) {
	theirs := errors.New("AccessDenied: no")
	for _, c := range []struct {
		err    error
		en, ja string
	}{
		{&Denied{Action: "logs:StartQuery", Err: theirs}, "permission logs:StartQuery is missing: AccessDenied: no", "権限 logs:StartQuery がありません：AccessDenied: no"},
		{&Denied{Action: "logs:StartQuery", Resource: "*", Err: theirs}, "permission logs:StartQuery is missing: AccessDenied: no", "権限 logs:StartQuery がありません：AccessDenied: no"},
		{&Denied{Action: "logs:StartQuery", Resource: "arn:x", Err: theirs}, "permission logs:StartQuery on arn:x is missing: AccessDenied: no", "arn:x に対する権限 logs:StartQuery がありません：AccessDenied: no"},
		{&Throttled{Action: "a:B", Err: theirs}, "a:B is throttled: AccessDenied: no", "a:B がスロットリングされています：AccessDenied: no"},
		{
			&Throttled{Action: "a:B", Err: tooLate{80200 * time.Millisecond}},
			"a:B is throttled: its turn within the account's rate limit comes in 1 min 21 s, too late for this query",
			"a:B がスロットリングされています：アカウントのレート制限による待ち時間が1分21秒あり、このクエリには間に合いません",
		},
		{
			&Throttled{Action: "a:B", Err: errAllRefused},
			"a:B is throttled: AWS refused every call for its rate until the time budget was spent",
			"a:B がスロットリングされています：時間内のすべての呼び出しが、AWS のレート制限により拒否されました",
		},
		{
			&Throttled{Action: "a:B", Err: errQueriesFull},
			"a:B is throttled: the Logs Insights queries that may run at once in this account and region are all in use",
			"a:B がスロットリングされています：このアカウントとリージョンで同時に実行できる Logs Insights クエリの数が上限に達しています",
		},
		{&NoCredentials{theirs}, "no valid AWS credentials: AccessDenied: no", "有効な AWS 認証情報がありません：AccessDenied: no"},
		{
			fmt.Errorf("operation error: %w", &Unreachable{Endpoint: "logs.example", Err: theirs}),
			"operation error: logs.example does not answer: AccessDenied: no", "operation error: logs.example から応答がありません：AccessDenied: no",
		},
		{&BadRequest{Message: "The period is wrong", Err: theirs}, "The period is wrong", "The period is wrong"},
	} {
		if en, ja := text.English.Error(c.err), text.Japanese.Error(c.err); en != c.en || en != c.err.Error() || ja != c.ja {
			t.Errorf("%T: %q, %q", c.err, en, ja)
		}
	}
}
