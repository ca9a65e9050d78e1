set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 'ping.rtt by link.loss' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 '6 cells, 5 repetitions; means with 95 % intervals (Student''s t)' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$family0 << EOD
# place mean low high repetitions
0 0.603515 0.57546778 0.63156222 5
0.05 0.794875 0.779076152 0.810673848 5
0.1 1.30824 1.21924337 1.39723663 5
EOD
$family1 << EOD
# place mean low high repetitions
0 0.68298 0.649777737 0.716182263 5
0.05 0.88865 0.873928785 0.903371215 5
0.1 1.37472 1.35874485 1.39069515 5
EOD
set xlabel 'link.loss'
set xrange [-0.004:0.104]
set xtics ('0%%' 0, '5%%' 0.05, '10%%' 0.1)
set ylabel 'ping.rtt (us)'
set key outside right top
set yrange [*:*]
plot $family0 using 1:3:4 with filledcurves fs transparent solid 0.2 noborder lc rgb '#0072B2' notitle, \
 $family1 using 1:3:4 with filledcurves fs transparent solid 0.2 noborder lc rgb '#E69F00' notitle, \
 $family0 using 1:2 with linespoints lw 2.2 pt 7 ps 0.9 lc rgb '#0072B2' title 'peers.count = 10', \
 $family1 using 1:2 with linespoints lw 2.2 pt 5 ps 0.9 lc rgb '#E69F00' title 'peers.count = 20'
