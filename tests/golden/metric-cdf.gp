set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 '4 values of ping.loss' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615; from the metric''s histogram' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$values << EOD
0 0
0 0.75
1 1
EOD
$quantiles << EOD
0 0.5 "50 %: 0"
1 0.9 "90 %: 1"
1 0.99 "99 %: 1"
EOD
set xlabel 'ping.loss (1)'
set ylabel 'share of values (%)'
set xrange [*:1.12]
set yrange [0:102]
set ytics 10
set key off
set rmargin 6
plot $values using 1:(100*$2) with steps lw 2.5 lc rgb '#0072B2', \
 $quantiles using 1:(100*$2) with points pt 7 ps 1.1 lc rgb '#222222', \
 $quantiles using 1:(100*$2):3 with labels left offset char 1,-0.7 tc rgb '#222222'
