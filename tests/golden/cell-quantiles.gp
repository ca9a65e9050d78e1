set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 'ping.rtt: quantiles by link.loss' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 '3 cells, 5 repetitions, over all other parameters; of all values of all runs' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$quantiles << EOD
# place p50 p90 p99 p99.9 values
0 0.644 0.72 0.765 0.774 400
0.05 0.841 0.95 0.992 1.004 400
0.1 1.342 1.494 1.56 1.592 400
EOD
set xlabel 'link.loss'
set xrange [-0.004:0.104]
set xtics ('0%%' 0, '5%%' 0.05, '10%%' 0.1)
set ylabel 'ping.rtt (us)'
set yrange [0:*]
set key outside right top reverse Left
plot $quantiles using 1:5 with linespoints lw 2.2 pt 7 ps 0.9 lc rgb '#D55E00' title '99.9 %', \
 $quantiles using 1:4 with linespoints lw 2.2 pt 7 ps 0.9 lc rgb '#009E73' title '99 %', \
 $quantiles using 1:3 with linespoints lw 2.2 pt 7 ps 0.9 lc rgb '#E69F00' title '90 %', \
 $quantiles using 1:2 with linespoints lw 2.2 pt 7 ps 0.9 lc rgb '#0072B2' title '50 %'
