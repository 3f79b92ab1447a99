#!/usr/bin/perl
# Gives up what a command must not have, then becomes the command. Linux only: the numbers are those of linux/landlock.h,
# and Landlock's system calls have the same numbers on x86_64 and aarch64.
#
#   perl box-launcher.pl          what is to be done stands on descriptor 3, in pieces that end with NUL:
#     uid N                       become this user and group, and no other (as root)
#     landlock RULES              hold all but these: rx PATH | ro PATH | rw PATH | port N …
#     run PROGRAM ARGUMENT …
#   perl box-launcher.pl --abi    prints the version of the kernel's Landlock, 0 for none
#
# rx may be read and run, ro read, rw also written; a path that is missing is left out. port is a TCP port that may be
# connected to; none may be listened on. Whatever cannot be set up ends it with 125 and a line on descriptor 4, and the
# program is not started. Descriptor 4 stays empty when it is.
use strict;
use warnings;

my ($CREATE_RULESET, $ADD_RULE, $RESTRICT_SELF) = (444, 445, 446);
my ($PATH_BENEATH, $NET_PORT) = (1, 2);
my ($SET_NO_NEW_PRIVS, $CAPBSET_DROP, $CAP_AMBIENT) = (38, 24, 47);
my $machine = do { require POSIX; (POSIX::uname())[4] };
my %PRCTL = (x86_64 => 157, aarch64 => 167);
my %CAPSET = (x86_64 => 126, aarch64 => 91);

# Bits of access to files: execute 0, write 1, read 2, list 3, remove 4-5, make 6-12, refer 13, truncate 14, ioctl 15.
my ($READ_FILE, $READ_DIR, $EXECUTE) = (1 << 2, 1 << 3, 1 << 0);
my ($WRITE_FILE, $TRUNCATE, $IOCTL_DEV) = (1 << 1, 1 << 14, 1 << 15);
# What makes sense of a file; the kernel refuses the rest for one.
my $OF_FILES = $EXECUTE | $WRITE_FILE | $READ_FILE | $TRUNCATE | $IOCTL_DEV;
# Neither device nodes (6, 11) may be made.
my $ALL_WRITES = $WRITE_FILE | $TRUNCATE | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8) | (1 << 9) | (1 << 10) | (1 << 12) | (1 << 13);

# Neither is left open for the program: perl closes what is above $^F at exec.
my ($given, $report);
open($given, '<&=', 3) or undef $given;
open($report, '>&=', 4) or undef $report;

sub fail {
    print { $report // *STDERR } "$_[0]\n";
    exit 125;
}

sub abi {
    my $abi = syscall($CREATE_RULESET, 0, 0, 1);
    return $abi < 0 ? 0 : $abi;
}

fail("no Landlock on $machine") unless exists $PRCTL{$machine};
if (@ARGV == 1 && $ARGV[0] eq '--abi') { print abi(), "\n"; exit 0 }

fail("nothing stands on descriptor 3") unless defined $given;
my @words = do { local $/ = "\0"; map { chomp; $_ } <$given> };
close $given;
my ($uid, $is_held, @rules, @ports);
while (@words) {
    my $kind = shift @words;
    last if $kind eq 'run';
    if ($kind eq 'landlock') { $is_held = 1; next }
    my $value = shift @words;
    fail("$kind has no value") unless defined $value;
    if ($kind eq 'rx') { push @rules, [$value, $READ_FILE | $READ_DIR | $EXECUTE] }
    elsif ($kind eq 'ro') { push @rules, [$value, $READ_FILE | $READ_DIR] }
    elsif ($kind eq 'rw') { push @rules, [$value, $READ_FILE | $READ_DIR | $EXECUTE | $ALL_WRITES] }
    elsif ($kind eq 'port') { push @ports, $value }
    elsif ($kind eq 'uid' && $value =~ /^[1-9][0-9]*$/) { $uid = $value }
    else { fail("$kind $value is unknown") }
}
fail("no program is named") unless @words;
fail("nothing is to be given up") unless $is_held || defined $uid;

my $ruleset = $is_held ? make_ruleset() : undef;
give_up_capabilities() if $> == 0;
become($uid) if defined $uid;
prctl($SET_NO_NEW_PRIVS, 1) == 0 or fail("no_new_privs: $!");
if (defined $ruleset) { syscall($RESTRICT_SELF, $ruleset, 0) == 0 or fail("not held in: $!") }
{ no warnings 'exec'; exec { $words[0] } @words }
fail("$words[0] could not be started: $!");

sub prctl { return syscall($PRCTL{$machine}, $_[0], $_[1], 0, 0, 0) }

# 4 holds TCP ports, 6 signals and abstract sockets. With less the wall has a hole, so the command is not started.
sub make_ruleset {
    my $abi = abi();
    fail("the kernel's Landlock is version $abi, and 6 (Linux 6.12) is needed") if $abi < 6;
    my $attributes = pack('QQQ', (1 << 16) - 1, 3, 3);
    my $made = syscall($CREATE_RULESET, $attributes, length($attributes), 0);
    fail("no ruleset: $!") if $made < 0;
    for my $rule (@rules) {
        my ($path, $access) = @$rule;
        # O_PATH | O_CLOEXEC: nothing of the file is opened.
        sysopen(my $file, $path, 010000000 | 02000000) or next;
        $access &= $OF_FILES unless -d $path;
        my $beneath = pack('Ql', $access, fileno($file));
        syscall($ADD_RULE, $made, $PATH_BENEATH, $beneath, 0) == 0 or fail("no rule for $path: $!");
    }
    for my $port (@ports) {
        my $allowed = pack('QQ', 2, $port);
        syscall($ADD_RULE, $made, $NET_PORT, $allowed, 0) == 0 or fail("no rule for port $port: $!");
    }
    return $made;
}

# As root the bounding set gives every capability back at exec, so it is emptied. To become another user three are needed
# until then: a user who is not root loses them with that.
sub give_up_capabilities {
    for my $capability (0 .. 63) { prctl($CAPBSET_DROP, $capability) }
    prctl($CAP_AMBIENT, 4);
    return if defined $uid;
    my ($head, $none) = (pack('Ll', 0x20080522, 0), pack('L6', (0) x 6));
    syscall($CAPSET{$machine}, $head, $none) == 0 or fail("capabilities: $!");
}

sub become {
    my ($id) = @_;
    $) = "$id $id";
    POSIX::setgid($id) && POSIX::setuid($id) or fail("user $id: $!");
    fail("user $id: still " . join(' ', $<, $>, $(, $))) unless $< == $id && $> == $id && "$(" eq "$id $id" && "$)" eq "$id $id";
    fail("user $id: could be root again") if POSIX::setuid(0);
}
