package grafana

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// instances chooses among the processes of Tiendo.
const instances = `instance=~"$instance"`

// healthBoard is for who runs Tiendo.
func healthBoard() *board {
	b := newBoard(healthUID, both("Tiendo: vận hành", "its own health"), "Tiendo có chạy tốt không · Is Tiendo itself well", scope{},
		variable("instance", "Máy · Instance", "label_values(tiendo_build_info, instance)").Multi(true).IncludeAll(true).AllValue(".*").Current(option("All", "$__all")))
	b.Time("now-6h", "now")
	b.gauge(both("Trả lời", "Answers"), `min(up{job="tiendo", `+instances+`})`, units.BoolYesNo, steps(poor, 1, good))
	b.gauge(both("ClickHouse", "Engine"), metric("min", "tiendo_engine_up"), units.BoolYesNo, steps(poor, 1, good))
	b.gauge(both("Chậm", "Behind"), metric("max", "tiendo_freshness_seconds"), units.DurationSeconds, steps(good, 60, poor))
	b.gauge(both("Chỉ số đọc từ", "Figures read"), "time() - "+metric("min", "tiendo_snapshot_timestamp_seconds"), units.DurationSeconds, steps(good, 120, poor))
	b.gauge(both("Hàng đợi", "Queue"), metric("max", "tiendo_log_oldest_seconds"), units.DurationSeconds, steps(good, 300, poor))
	b.gauge(both("Đĩa còn trống", "Disk free"), fmt.Sprintf("min(tiendo_disk_free_bytes{%[1]s} / tiendo_disk_size_bytes{%[1]s})", instances), units.PercentUnit, steps(poor, 0.05, good))
	b.row("Nhận số liệu", "Taking events")
	b.chart(both("Sự kiện mỗi giây", "Events a second"), "", units.NoUnit, 8, 8,
		line{name: "{{family}} {{result}}", expr: `sum by (family, result) (rate(tiendo_collector_events_total{` + instances + `}[$__rate_interval])) > 0`})
	b.chart(both("Thời gian trả lời", "Time to answer"), "", units.Seconds, 8, 8, quantiles("tiendo_collector_request_duration_seconds")...)
	b.chart(both("Yêu cầu vượt hạn mức", "Requests over their rate"), "", units.NoUnit, 8, 8,
		line{name: "{{source}}", expr: `sum by (source) (rate(tiendo_collector_limited_total{` + instances + `}[$__rate_interval]))`})
	b.row("Đưa vào sổ", "Into the books")
	b.chart(both("Chờ trong nhật ký", "Waiting in the log"), "", units.LocaleFormat, 8, 8, line{name: "{{instance}}", expr: metric("sum by (instance)", "tiendo_log_entries")})
	b.chart(both("Ghi vào ClickHouse", "Inserts"), "", units.Seconds, 8, 8, quantiles("tiendo_loader_batch_seconds")...)
	b.chart(both("Ghi sổ", "Booking"), "", units.Seconds, 8, 8, quantiles("tiendo_booker_block_seconds")...)
	b.chart(both("Chậm", "Behind"), "", units.Seconds, 8, 8,
		line{name: both("chỉ số", "figures"), expr: metric("max", "tiendo_freshness_seconds")}, line{name: both("sổ", "books"), expr: metric("max", "tiendo_booker_lag_seconds")})
	b.chart(both("Lỗi", "Errors"), "", units.NoUnit, 8, 8,
		line{name: both("ghi vào ClickHouse", "inserts"), expr: `sum(increase(tiendo_loader_errors_total{` + instances + `}[$__rate_interval]))`},
		line{name: both("ghi sổ", "booking"), expr: `sum(increase(tiendo_booker_errors_total{` + instances + `}[$__rate_interval]))`},
		line{name: both("nhật ký hỏng", "damaged log"), expr: metric("sum", "tiendo_log_damaged_files")})
	b.chart(both("Vụ việc được xét", "Cases judged"), "", units.NoUnit, 8, 8,
		line{name: both("mỗi giây", "a second"), expr: `sum(rate(tiendo_booker_cases_total{` + instances + `}[$__rate_interval]))`})
	b.row("Máy", "The machine")
	b.chart(both("Bộ nhớ", "Memory"), "", units.BytesIEC, 8, 8, line{name: "{{instance}}", expr: metric("sum by (instance)", "process_resident_memory_bytes", `job="tiendo"`)})
	b.chart(both("Bộ xử lý", "Processor"), "", units.NoUnit, 8, 8,
		line{name: "{{instance}}", expr: `sum by (instance) (rate(process_cpu_seconds_total{job="tiendo", ` + instances + `}[$__rate_interval]))`})
	b.chart(both("Đĩa", "Disk"), "", units.BytesIEC, 8, 8,
		line{name: both("nhật ký", "log"), expr: metric("sum by (instance)", "tiendo_log_bytes")}, line{name: both("còn trống", "free"), expr: metric("min by (instance)", "tiendo_disk_free_bytes")})
	b.alerts("operators", 8, 12)
	b.list(both("Phiên bản", "Versions"), "", 8, 12, metric("max by (instance, version, goversion)", "tiendo_build_info"), "",
		map[string]string{"instance": "Máy · Instance", "version": "Phiên bản · Version", "goversion": "Go"}, "instance", "version", "goversion")
	return b
}

// metric is the expression of a metric of the chosen processes, put together in some way.
func metric(how, name string, more ...string) string {
	matchers := strings.Join(append([]string{instances}, more...), ", ")
	return how + " (" + name + "{" + matchers + "})"
}

// quantiles are the median and the 99th percentile of a histogram.
func quantiles(name string) []line {
	of := func(q string) string {
		return `histogram_quantile(` + q + `, sum by (le) (rate(` + name + `_bucket{` + instances + `}[$__rate_interval])))`
	}
	return []line{{name: "p50", expr: of("0.5")}, {name: "p99", expr: of("0.99")}}
}

// gauge is one number of the process itself.
func (b *board) gauge(title, expr, unit string, thresholds *dashboard.ThresholdsConfigBuilder) {
	b.WithPanel(stat.NewPanelBuilder().Title(title).Datasource(source).Height(4).Span(4).Unit(unit).Thresholds(thresholds).NoValue("–").
		ColorMode(common.BigValueColorModeValue).GraphMode(common.BigValueGraphModeNone).ReduceOptions(latest()).WithTarget(now("A", title, expr)))
}
