// The part of ECharts that the pages draw with, as one file: window.echarts.
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, CalendarComponent, GridComponent, MarkLineComponent, TooltipComponent, VisualMapPiecewiseComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

// SVG: sharp on a wall and on paper, and its renderer sets styles by property only, which a strict policy allows. Canvas makes
// the pictures that are saved as PNG.
use([
  BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart,
  AriaComponent, CalendarComponent, GridComponent, MarkLineComponent, TooltipComponent, VisualMapPiecewiseComponent,
  CanvasRenderer, SVGRenderer,
]);

window.echarts = { init };
