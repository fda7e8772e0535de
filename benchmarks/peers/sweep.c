/* The sweep as a C loop: the runs innermost, where the compiler makes SIMD of them. weights is [4][runs]. */
void sweep(double *restrict weights, const double *restrict rates, long runs, const double *x, const double *y,
           long rows, long epochs)
{
    double *restrict a = weights, *restrict b = a + runs, *restrict c = b + runs, *restrict d = c + runs;
    for (long step = 0; step < rows * epochs; step++) {
        const double input = x[step % rows], target = y[step % rows];
        for (long run = 0; run < runs; run++) {
            const double z = a[run] * input + b[run];
            const double signal = z > 0 ? z : 0;
            const double slope = 2 * (c[run] * signal + d[run] - target);
            const double back = z > 0 ? slope * c[run] : 0;
            a[run] -= rates[run] * back * input;
            b[run] -= rates[run] * back;
            c[run] -= rates[run] * slope * signal;
            d[run] -= rates[run] * slope;
        }
    }
}
