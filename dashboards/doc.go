// Package dashboards is what people look at: pages of figures in one frame, and the pages of cases and of those who administer.
// Tables are made here, on the server, and can be read without a script; charts are options made with go-echarts that our own
// file draws, with ECharts served by us. No page asks another host for anything, and none holds a script or style of its own:
// the policy that is sent with it forbids both.
//
// It decides what is shown and in which words, never what a figure is: that is internal/kpi.
package dashboards
