set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 '3 pings among 3 peers: round trip' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615; mean 61 ms, median 61 ms, 99 % at most 101 ms; 1 more without answer' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$latency << EOD
22.5 1
27.5 0
32.5 0
37.5 0
42.5 0
47.5 0
52.5 0
57.5 0
62.5 1
67.5 0
72.5 0
77.5 0
82.5 0
87.5 0
92.5 0
97.5 0
102.5 1
EOD
set xrange [0:107.5]
$floor << EOD
22.5 1
27.5 0
32.5 0
37.5 0
42.5 0
47.5 0
52.5 0
57.5 0
62.5 1
67.5 0
72.5 0
77.5 0
82.5 0
87.5 0
92.5 0
97.5 0
102.5 1
EOD
set xlabel 'round trip (ms)'
set ylabel 'pings per 5 ms'
set arrow 50 from first 61, graph 0 to first 61, graph 1 nohead front dt 3 lw 1.6 lc rgb '#222222'
set label 50 'median 61 ms' at first 61, graph 0.97 left offset char 0.7,0 front tc rgb '#222222'
set boxwidth 4.7
set style fill solid 0.75 noborder
set yrange [0:*]
set offsets 0, 0, graph 0.1, 0
set grid noxtics
set rmargin 4
set key right top
plot $latency using 1:2 with boxes lc rgb '#0072B2' title 'pings', \
 $floor using 1:2 with histeps lw 1.6 lc rgb '#D55E00' title 'least round trip of their links'
