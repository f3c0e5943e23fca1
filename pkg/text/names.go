package text

// names are the program's own words by class. Tests of the packages that use
// them compare the lists.
var names = map[Class]map[string]both{
	Phase: {
		"unacknowledged": {"not acknowledged", "未確認"},
		"stale":          {"stale", "期限切れ・未確認"},
		"acknowledged":   {"acknowledged", "確認済み"},
		"returned":       {"back to normal", "復旧・リセット待ち"},
		"ended":          {"ended", "終了"},
	},
	Kind: {
		"opened":       {"opened", "発生"},
		"updated":      {"updated", "更新"},
		"raised":       {"severity raised", "重大度が上昇"},
		"lowered":      {"severity lowered", "重大度が低下"},
		"acknowledged": {"acknowledged", "確認"},
		"stale":        {"became stale", "期限切れ"},
		"normal":       {"cause is over", "原因解消"},
		"ended":        {"ended", "終了"},
		"reset":        {"reset", "リセット"},
		"recorded":     {"recorded only", "記録のみ"},
	},
	Pattern: {
		"off":    {"off", "消灯"},
		"steady": {"steady", "点灯"},
		"flash":  {"flashing", "点滅"},
		"flash2": {"double flash", "点滅（2連）"},
		"flash3": {"triple flash", "点滅（3連）"},
		"flash4": {"fast flash", "点滅（高速）"},
	},
	Unit: {
		"red":   {"Red", "赤"},
		"amber": {"Amber", "黄"},
		"green": {"Green", "緑"},
		"blue":  {"Blue", "青"},
		"white": {"White", "白"},
	},
	Severity: {
		"record":   {"record", "記録"},
		"info":     {"info", "情報"},
		"warning":  {"warning", "警告"},
		"critical": {"critical", "重大"},
		"disaster": {"disaster", "致命的"},
	},
	Reason: {
		"older than what is known: changed nothing":                {"older than what is known: changed nothing", "既知の情報より古いため、変更なし"},
		"recovery of nothing that is open":                         {"recovery of nothing that is open", "対応する発生中のアラートがない復旧通知"},
		"severity record":                                          {"severity record", "重大度「記録」"},
		"resolved by its sender":                                   {"resolved by its sender", "送信元で解消"},
		"recovery event":                                           {"recovery event", "復旧通知"},
		"reached the end time its sender gave":                     {"reached the end time its sender gave", "送信元が指定した終了時刻に到達"},
		"expired":                                                  {"expired", "期限切れ"},
		"ended by acknowledgement, as its rule says":               {"ended by acknowledgement, as its rule says", "ルールに従い、確認により終了"},
		"the rules no longer show it":                              {"the rules no longer show it", "ルール変更により表示対象外"},
		"the rules were changed":                                   {"the rules were changed", "ルールが変更された"},
		"neither failure nor recovery":                             {"neither failure nor recovery", "障害でも復旧でもない通知"},
		"was over before it arrived: locked in until acknowledged": {"was over before it arrived: locked in until acknowledged", "到着時には解消済み。確認されるまで表示を保持"},
	},
	Role: {
		"viewer":   {"viewer", "閲覧者"},
		"operator": {"operator", "オペレーター"},
		"admin":    {"admin", "管理者"},
	},
}
