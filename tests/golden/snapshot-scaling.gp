set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 'Snapshots against the number of peers' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 '1 complete snapshots of 1 sizes, all runs; lines through the means' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$points << EOD
3 50 6
EOD
$means << EOD
3 50 6
EOD
set logscale xy
set xlabel 'peers'
set ylabel 'duration (ms)'
set y2label 'markers'
set logscale y2
set ytics nomirror
set y2tics
set border 11
set offsets graph 0.05, graph 0.05, graph 0.1, graph 0.1
set key at screen 0.5,0.015 center bottom horizontal maxrows 1
set bmargin 6
set rmargin 10
plot $points using 1:2 with points pt 7 ps 0.9 lc rgb '#0072B2' notitle, \
 $means using 1:2 with linespoints lw 2 pt 7 ps 0.9 lc rgb '#0072B2' title 'duration', \
 $points using 1:3 axes x1y2 with points pt 5 ps 0.9 lc rgb '#E69F00' notitle, \
 $means using 1:3 axes x1y2 with linespoints lw 2 pt 5 ps 0.9 lc rgb '#E69F00' title 'markers'
