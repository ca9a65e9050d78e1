set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 'ping.rtt by cell' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 '6 cells, 5 repetitions; median, quartiles, whiskers within 1.5 boxes' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$boxes << EOD
# place least p25 p50 p75 most cell
0 0.6035 0.6035 0.608975 0.6197 0.620225 "link.loss=0%, peers.count=10"
1 0.65895 0.659475 0.6735 0.70875 0.714225 "link.loss=0%, peers.count=20"
2 0.779375 0.7845 0.7995 0.800375 0.810625 "link.loss=5%, peers.count=10"
3 0.872125 0.882375 0.89225 0.893125 0.903375 "link.loss=5%, peers.count=20"
4 1.2682 1.2728 1.2814 1.2828 1.2828 "link.loss=10%, peers.count=10"
5 1.3602 1.3648 1.3748 1.3816 1.3922 "link.loss=10%, peers.count=20"
EOD
$beyond << EOD
# place value
0 0.565175
4 1.436
EOD
set ylabel 'ping.rtt (us)'
set xrange [-0.6:5.6]
set xtics rotate by 30 right
set boxwidth 0.5
unset key
set lmargin at screen 0.14
set rmargin at screen 0.97
plot $boxes using 1:3:2:6:5:xtic(7) with candlesticks whiskerbars 0.5 lw 1.6 lc rgb '#0072B2' fs transparent solid 0.25 border lc rgb '#0072B2', \
 $boxes using ($1-0.25):4:(0.5):(0) with vectors nohead lw 3 lc rgb '#E69F00', \
 $beyond using 1:2 with points pt 6 ps 1 lc rgb '#0072B2'
