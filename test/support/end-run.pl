#!/usr/bin/perl
# Waits until the test process that started it is gone, then ends whatever names that run's directories in its arguments or
# its environment, and removes them.
#
#   perl end-run.pl DIRECTORY      further directories are lines on stdin, whose end is the end of the test process
#
# A process of its own, because SIGKILL lets the test process do nothing.
use strict;
use warnings;

my @directories = @ARGV;
while (my $line = <STDIN>) {
    chomp $line;
    push @directories, $line;
}

sub is_of_run {
    my ($pid) = @_;
    for my $what (qw(cmdline environ)) {
        open my $file, '<', "/proc/$pid/$what" or next;
        local $/;
        my $text = <$file> // '';
        return 1 if grep { index($text, $_) >= 0 } @directories;
    }
    return 0;
}

# Again, because one that was just being started is seen by the next look.
for my $round (1 .. 100) {
    my @left = grep { $_ != $$ && is_of_run($_) } map { m{^/proc/(\d+)$} } glob '/proc/[0-9]*';
    last if !@left && $round > 3;
    kill 'KILL', @left;
    select undef, undef, undef, 0.1;
}
system 'rm', '-rf', '--', @directories;
