set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 'ping.rtt by link.loss and peers.count' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 '6 cells, 5 repetitions; means; cells without runs are white' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
set style textbox opaque noborder fc rgb 'white' margins 0.6,0.4
$means << EOD
# column row mean repetitions
0 0 0.603515 5
0 1 0.68298 5
1 0 0.794875 5
1 1 0.88865 5
2 0 1.30824 5
2 1 1.37472 5
EOD
set xlabel 'link.loss'
set xrange [-0.5:2.5]
set xtics ('0%%' 0, '5%%' 1, '10%%' 2)
set ylabel 'peers.count'
set yrange [-0.5:1.5]
set ytics ('10' 0, '20' 1)
set cblabel 'ping.rtt (us)'
set palette defined (0 '#440154', 1 '#3b528b', 2 '#21918c', 3 '#5ec962', 4 '#fde725')
unset grid
unset key
set rmargin at screen 0.86
plot $means using 1:2:(0.5):(0.5):3 with boxxyerror fs solid 1 noborder lc palette, \
 $means using 1:2:(sprintf('%.4g', $3)) with labels boxed tc rgb '#222222'
